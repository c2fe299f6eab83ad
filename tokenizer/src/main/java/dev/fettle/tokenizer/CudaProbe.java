package dev.fettle.tokenizer;

import ai.djl.util.cuda.CudaUtils;

/**
 * Keeps the binding from loading {@code libcudart.so} to look for a GPU. It would load whichever
 * version bears that name, for all of the process to see, and a backend that comes later would call
 * that one in place of its own.
 */
final class CudaProbe {
  private static final String FORK = "ai.djl.util.cuda.fork";

  private CudaProbe() {}

  /**
   * Does something while the binding sees no GPU. Whoever else uses it in this process asks a child
   * process afterwards, as with {@code -Dai.djl.util.cuda.fork=true}. Where that setting is given,
   * it holds.
   */
  static void withoutIt(Runnable loading) {
    if (System.getProperty(FORK) != null) {
      loading.run();
      return;
    }
    System.setProperty(FORK, "true");
    try {
      // With the setting the class loads no library when it is initialised, and never will.
      Class.forName(CudaUtils.class.getName(), true, CudaUtils.class.getClassLoader());
      // Without it, it then finds no GPU, and starts no process to look for one.
      System.clearProperty(FORK);
      loading.run();
    } catch (ClassNotFoundException e) {
      throw new LinkageError("the binding's class " + CudaUtils.class.getName() + " is gone", e);
    } finally {
      System.setProperty(FORK, "true");
    }
  }
}
