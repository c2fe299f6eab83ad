/*
 * A CUDA runtime without a card, for tests. Memory is the host's own behind addresses that the host
 * cannot read; kernels do not run; every allocation, copy and launch is written to a log:
 *
 *   malloc BYTES | free BYTES | copy h2d|d2h|d2d|h2h BYTES | memset BYTES | launch KERNEL
 *   library FUNCTION | graph begin|end|launch | mark TEXT | peak BYTES | wrong WHAT
 *
 * FAKE_CUDA_LOG names the log. FAKE_CUDA_DEVICES (1) and FAKE_CUDA_MEMORY (64 GiB) say what card
 * there is. Built by FakeCuda; needs no header of CUDA's.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { OK = 0, INVALID_VALUE = 1, NO_MEMORY = 2, INVALID_DEVICE = 101, NO_DEVICE = 100, UNSUPPORTED = 801 };
enum { H2H = 0, H2D = 1, D2H = 2, D2D = 3, BY_ADDRESS = 4 };

#define SPACE (64ull << 30)
#define UNIT 512ull

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static FILE *out;
static char *device, *shadow;
static size_t used_space, capacity = SPACE, live, peak;
static int devices = 1, last_error;
static __thread int capturing;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
#include <stdarg.h>
static void say(const char *format, ...) {
  if (!out) return;
  va_list arguments;
  va_start(arguments, format);
  pthread_mutex_lock(&lock);
  vfprintf(out, format, arguments);
  pthread_mutex_unlock(&lock);
  va_end(arguments);
}

__attribute__((constructor)) static void open_fake(void) {
  int memory = memfd_create("fake-cuda", 0);
  if (memory < 0 || ftruncate(memory, SPACE) != 0) abort();
  device = mmap(NULL, SPACE, PROT_NONE, MAP_SHARED | MAP_NORESERVE, memory, 0);
  shadow = mmap(NULL, SPACE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory, 0);
  const char *text = getenv("FAKE_CUDA_MEMORY");
  if (text) capacity = strtoull(text, NULL, 10);
  text = getenv("FAKE_CUDA_DEVICES");
  if (text) devices = atoi(text);
  text = getenv("FAKE_CUDA_LOG");
  if (text) out = fopen(text, "a");
}

__attribute__((destructor)) static void close_fake(void) {
  say("peak %zu\n", peak);
  if (out) fflush(out);
}

/* Writes a line of the caller's into the log, and everything before it to the disk. */
void fakeMark(const char *text) {
  say("mark %s\npeak %zu\n", text, peak);
  pthread_mutex_lock(&lock);
  peak = live;
  if (out) fflush(out);
  pthread_mutex_unlock(&lock);
}

void fakeLibrary(const char *function) { say("library %s\n", function); }

static int fail(int error) { return last_error = error; }

/* Memory. */

typedef struct block { size_t at, bytes; int taken; } block;
static block *blocks;
static size_t block_count, block_room;

static int on_device(const void *p) { return (const char *)p >= device && (const char *)p < device + SPACE; }
static char *readable(const void *p) { return on_device(p) ? shadow + ((const char *)p - device) : (char *)p; }

int cudaMalloc(void **result, size_t bytes) {
  size_t need = bytes == 0 ? UNIT : (bytes + UNIT - 1) / UNIT * UNIT;
  pthread_mutex_lock(&lock);
  block *found = NULL;
  for (size_t i = 0; i < block_count && !found; i++)
    if (!blocks[i].taken && blocks[i].bytes == need) found = &blocks[i];
  int full = live + need > capacity || (!found && used_space + need > SPACE);
  if (!full && !found) {
    if (block_count == block_room) {
      block_room = block_room ? 2 * block_room : 1024;
      blocks = realloc(blocks, block_room * sizeof *blocks);
    }
    found = &blocks[block_count++];
    found->at = used_space;
    found->bytes = need;
    used_space += need;
  }
  if (!full) {
    found->taken = 1;
    live += need;
    if (live > peak) peak = live;
    *result = device + found->at;
  }
  pthread_mutex_unlock(&lock);
  say(full ? "refused %zu\n" : "malloc %zu\n", need);
  return full ? fail(NO_MEMORY) : OK;
}

int cudaFree(void *p) {
  if (!p) return OK;
  size_t freed = 0;
  pthread_mutex_lock(&lock);
  for (size_t i = 0; i < block_count; i++)
    if (blocks[i].taken && device + blocks[i].at == (char *)p) {
      blocks[i].taken = 0;
      freed = blocks[i].bytes;
      live -= freed;
    }
  pthread_mutex_unlock(&lock);
  if (freed == 0) say("wrong free of what was not taken\n");
  say("free %zu\n", freed);
  return freed ? OK : fail(INVALID_VALUE);
}

int cudaMallocAsync(void **p, size_t n, void *s) { return cudaMalloc(p, n); }
int cudaMallocFromPoolAsync(void **p, size_t n, void *pool, void *s) { return cudaMalloc(p, n); }
int cudaFreeAsync(void *p, void *s) { return cudaFree(p); }
int cudaHostAlloc(void **p, size_t n, unsigned flags) { return posix_memalign(p, 4096, n ? n : 1) ? fail(NO_MEMORY) : OK; }
int cudaMallocHost(void **p, size_t n) { return cudaHostAlloc(p, n, 0); }
int cudaFreeHost(void *p) { free(p); return OK; }
int cudaHostRegister(void *p, size_t n, unsigned flags) { return OK; }
int cudaHostUnregister(void *p) { return OK; }
int cudaMemGetInfo(size_t *left, size_t *total) { *total = capacity; *left = capacity - live; return OK; }

static int copy(void *to, const void *from, size_t bytes, int kind) {
  static const char *names[] = {"h2h", "h2d", "d2h", "d2d"};
  int real = (on_device(from) ? 2 : 0) + (on_device(to) ? 1 : 0);
  int seen = real == 0 ? H2H : real == 1 ? H2D : real == 2 ? D2H : D2D;
  if (kind != BY_ADDRESS && kind != seen) say("wrong kind of copy: %s as %d\n", names[seen], kind);
  say("copy %s %zu\n", names[seen], bytes);
  memmove(readable(to), readable(from), bytes);
  return OK;
}

int cudaMemcpy(void *to, const void *from, size_t n, int kind) { return copy(to, from, n, kind); }
int cudaMemcpyAsync(void *to, const void *from, size_t n, int kind, void *s) { return copy(to, from, n, kind); }
int cudaMemcpy2DAsync(void *to, size_t to_pitch, const void *from, size_t from_pitch, size_t width, size_t height, int kind, void *s) {
  say("copy %s %zu\n", on_device(from) ? on_device(to) ? "d2d" : "d2h" : on_device(to) ? "h2d" : "h2h", width * height);
  for (size_t i = 0; i < height; i++) memmove(readable(to) + i * to_pitch, readable(from) + i * from_pitch, width);
  return OK;
}
int cudaMemcpyFromSymbol(void *to, const void *symbol, size_t n, size_t offset, int kind) { memset(to, 0, n); return OK; }
int cudaMemset(void *p, int value, size_t n) {
  say("memset %zu\n", n);
  memset(readable(p), value, n);
  return OK;
}
int cudaMemsetAsync(void *p, int value, size_t n, void *s) { return cudaMemset(p, value, n); }

/* The card. */

struct properties {
  char name[256], uuid[16], luid[8];
  unsigned luid_mask;
  size_t memory, shared_per_block;
  int registers, warp;
  size_t pitch;
  int threads, block[3], grid[3], clock;
  size_t constants;
  int major, minor;
  size_t alignment, pitch_alignment;
  int overlap, processors;
  char rest[1024];
};

int cudaGetDeviceCount(int *n) { *n = devices; return devices ? OK : fail(NO_DEVICE); }
int cudaGetDevice(int *n) { *n = 0; return OK; }
int cudaSetDevice(int n) { return n >= 0 && n < devices ? OK : fail(INVALID_DEVICE); }
int cudaDriverGetVersion(int *v) { *v = 13000; return OK; }
int cudaRuntimeGetVersion(int *v) { *v = 12080; return OK; }
int cudaGetDeviceProperties_v2(struct properties *p, int which) {
  if (which < 0 || which >= devices) return fail(INVALID_DEVICE);
  memset(p, 0, 1032);
  strcpy(p->name, "Fake GPU");
  p->memory = capacity; p->shared_per_block = 49152; p->registers = 65536; p->warp = 32; p->pitch = INT32_MAX;
  p->threads = p->block[0] = p->block[1] = 1024; p->block[2] = 64;
  p->grid[0] = INT32_MAX; p->grid[1] = p->grid[2] = 65535; p->constants = 65536;
  p->major = 9; p->processors = 132;
  return OK;
}
int cudaDeviceGetAttribute(int *value, int attribute, int which) {
  switch (attribute) {
    case 1: *value = 1024; break;      /* threads of a block */
    case 8: *value = 49152; break;     /* shared memory of a block */
    case 10: *value = 32; break;       /* threads of a warp */
    case 16: *value = 132; break;      /* processors */
    case 39: *value = 2048; break;     /* threads of a processor */
    case 75: *value = 9; break;        /* compute capability */
    case 76: *value = 0; break;
    case 81: *value = 233472; break;   /* shared memory of a processor */
    case 97: *value = 232448; break;   /* shared memory a block may ask for */
    default: *value = 1;
  }
  return OK;
}
int cudaGetLastError(void) { int e = last_error; last_error = OK; return e; }
int cudaPeekAtLastError(void) { return last_error; }
const char *cudaGetErrorName(int e) { return e == NO_MEMORY ? "cudaErrorMemoryAllocation" : e == OK ? "cudaSuccess" : "cudaError"; }
const char *cudaGetErrorString(int e) { return e == NO_MEMORY ? "out of memory" : e == INVALID_DEVICE ? "invalid device ordinal" : e == NO_DEVICE ? "no CUDA-capable device is detected" : "an error"; }

/* Streams, events, graphs. */

static void *token(void) { return malloc(8); }
int cudaStreamCreateWithFlags(void **s, unsigned flags) { *s = token(); return OK; }
int cudaStreamCreate(void **s) { *s = token(); return OK; }
int cudaStreamDestroy(void *s) { return OK; }
int cudaStreamSynchronize(void *s) { say("wait stream\n"); return OK; }
int cudaDeviceSynchronize(void) { say("wait device\n"); return OK; }
int cudaStreamWaitEvent(void *s, void *e, unsigned flags) { return OK; }
int cudaStreamIsCapturing(void *s, int *state) { *state = capturing; return OK; }
int cudaStreamBeginCapture(void *s, int mode) { say("graph begin\n"); capturing = 1; return OK; }
int cudaStreamEndCapture(void *s, void **graph) { say("graph end\n"); capturing = 0; *graph = token(); return OK; }
int cudaGraphInstantiate(void **run, void *graph, unsigned long long flags) { *run = token(); return OK; }
int cudaGraphLaunch(void *run, void *s) { say("graph launch\n"); return OK; }
int cudaGraphDestroy(void *graph) { return OK; }
int cudaGraphExecDestroy(void *run) { return OK; }
int cudaEventCreate(void **e) { *e = token(); return OK; }
int cudaEventCreateWithFlags(void **e, unsigned flags) { *e = token(); return OK; }
int cudaEventDestroy(void *e) { free(e); return OK; }
int cudaEventRecord(void *e, void *s) { return OK; }
int cudaEventSynchronize(void *e) { return OK; }
int cudaEventElapsedTime(float *t, void *a, void *b) { *t = 1; return OK; }
int cudaLaunchHostFunc(void *s, void (*f)(void *), void *a) { f(a); return OK; }
int cudaMemPoolCreate(void **p, const void *q) { *p = token(); return OK; }
int cudaMemPoolDestroy(void *p) { return OK; }
int cudaMemPoolGetAttribute(void *p, int a, void *v) { *(uint64_t *)v = 0; return OK; }
int cudaMemPoolSetAttribute(void *p, int a, void *v) { return OK; }
int cudaMemPoolTrimTo(void *p, size_t n) { return OK; }
int cudaGetDriverEntryPoint(const char *name, void **p, unsigned long long flags, void *q) { *p = NULL; return UNSUPPORTED; }
int cudaLibraryLoadData() { return UNSUPPORTED; }
int cudaLibraryGetKernel() { return UNSUPPORTED; }
int cudaLibraryUnload() { return UNSUPPORTED; }
int cudaKernelSetAttributeForDevice() { return UNSUPPORTED; }

/* Kernels: known by the names they are registered with. */

typedef struct { const void *host; const char *name; } kernel;
static kernel *kernels;
static size_t kernel_count, kernel_room;

void **__cudaRegisterFatBinary(void *binary) { static void *none[1]; return none; }
void __cudaRegisterFatBinaryEnd(void **handle) {}
void __cudaUnregisterFatBinary(void **handle) {}
void __cudaRegisterVar() {}
void __cudaRegisterFunction(void **handle, const char *host, char *name, const char *device_name) {
  if (kernel_count == kernel_room) {
    kernel_room = kernel_room ? 2 * kernel_room : 1 << 16;
    kernels = realloc(kernels, kernel_room * sizeof *kernels);
  }
  kernels[kernel_count].host = host;
  kernels[kernel_count++].name = device_name;
}
static int by_host(const void *a, const void *b) {
  const char *x = ((const kernel *)a)->host, *y = ((const kernel *)b)->host;
  return x < y ? -1 : x > y;
}
static const char *kernel_name(const void *host) {
  static size_t sorted;
  pthread_mutex_lock(&lock);
  if (sorted != kernel_count) {
    qsort(kernels, kernel_count, sizeof *kernels, by_host);
    sorted = kernel_count;
  }
  kernel wanted = {host, NULL}, *found = bsearch(&wanted, kernels, kernel_count, sizeof *kernels, by_host);
  pthread_mutex_unlock(&lock);
  return found ? found->name : "unknown";
}
unsigned __cudaPushCallConfiguration() { return 0; }
int __cudaPopCallConfiguration(void *grid, void *block, size_t *shared, void **stream) {
  int one[3] = {1, 1, 1};
  memcpy(grid, one, sizeof one);
  memcpy(block, one, sizeof one);
  *shared = 0;
  *stream = NULL;
  return OK;
}
int cudaLaunchKernel(const void *f) { say("%s %s\n", capturing ? "captured" : "launch", kernel_name(f)); return OK; }
int cudaLaunchKernelExC(const void *config, const void *f, void **a) { return cudaLaunchKernel(f); }
int cudaFuncGetAttributes(void *a, const void *f) { memset(a, 0, 64); return OK; }
int cudaFuncSetAttribute(const void *f, int a, int v) { return OK; }
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *n, const void *f, int block, size_t shared, unsigned flags) { *n = 2; return OK; }
