package dev.fettle.backend.tensorflow;

import dev.fettle.spi.cuda.Cuda;
import dev.fettle.spi.cuda.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A machine made of folders, on which all that TensorFlow needs lies, or all but something. */
final class FakeMachine {
  private final Path root;
  private final List<String> loaded = new ArrayList<>();
  private String unloadable = "";

  FakeMachine(Path root) {
    this.root = root;
    add("/usr/lib/x86_64-linux-gnu/libcuda.so.1");
    add("/usr/lib/x86_64-linux-gnu/libnvidia-ptxjitcompiler.so.1");
    NativeLibraries.NEEDS.libraries().forEach(name -> add("/usr/local/cuda/lib64/" + name));
    add("/usr/local/cuda/nvvm/libdevice/libdevice.10.bc");
  }

  /** A file with the head of a library. */
  FakeMachine add(String file) {
    try {
      Files.createDirectories(at(file).getParent());
      Files.write(at(file), new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FakeMachine without(String file) {
    try {
      Files.delete(at(file));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FakeMachine doesNotLoad(String library) {
    unloadable = library;
    return this;
  }

  Path at(String file) {
    return root.resolve(file.substring(1));
  }

  List<String> loaded() {
    return loaded;
  }

  private Optional<String> print(List<String> command) {
    if (!command.get(0).equals("nvidia-smi")) {
      return Optional.empty();
    }
    return Optional.of(
        command.size() == 1
            ? "| Driver Version: 580.65.06   CUDA Version: 13.0 |\n"
            : "GPU-1, NVIDIA H100 80GB HBM3, 81559, 580.65.06\n");
  }

  private void load(Path library) {
    String name = String.valueOf(library.getFileName());
    if (name.equals(unloadable)) {
      throw new UnsatisfiedLinkError(
          library + ": libnvJitLink.so.12: cannot open shared object file: No such file");
    }
    loaded.add(name);
  }

  /** TensorFlow there, with its GPU library on the class path. */
  TensorFlowProvider provider() {
    Host host = new Host(root, Map.of(), this::print, this::load);
    return new TensorFlowProvider(
        new NativeLibraries(platform -> true, new Cuda(host, Optional.empty())));
  }
}
