/*
 * Products without a card: the functions that give something back. FakeCuda adds one that counts
 * itself and does nothing for every other function the provider asks for.
 */
#include <stddef.h>
#include <stdio.h>

extern void fakeLibrary(const char *function);
static int handle[64];

int cublasCreate_v2(void **h) { *h = handle; return 0; }
int cublasGetMathMode(void *h, int *mode) { *mode = 0; return 0; }
int cublasSetMathMode(void *h, int mode) {
  char text[64];
  snprintf(text, sizeof text, "cublasSetMathMode %d", mode);
  fakeLibrary(text);
  return 0;
}
const char *cublasGetStatusName(int status) { return "CUBLAS"; }
const char *cublasGetStatusString(int status) { return "a status"; }
