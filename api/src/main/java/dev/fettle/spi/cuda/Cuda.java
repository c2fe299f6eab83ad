package dev.fettle.spi.cuda;

import dev.fettle.spi.Availability;
import dev.fettle.spi.Device;
import dev.fettle.spi.DeviceUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * CUDA on a machine: which cards there are, whether a runtime finds all it needs to use one, and
 * what exactly is missing, in one line.
 */
public final class Cuda {
  /** The backend setting that names folders with CUDA, in the manner of {@code PATH}. */
  public static final String SETTING = "cudaPath";

  private static final String VARIABLE = "FETTLE_CUDA_PATH";
  private static final String DRIVER = "libcuda.so.1";
  private static final String DRIVER_COMPILER = "libnvidia-ptxjitcompiler.so.1";
  private static final String LIBDEVICE = "libdevice.10.bc";
  private static final String WHERE_LIBDEVICE = "nvvm/libdevice/" + LIBDEVICE;
  private static final Pattern ABSENT =
      Pattern.compile("([\\w.+-]+\\.so[\\w.]*): cannot open shared object file");

  private final Host host;
  private final List<Path> given = new ArrayList<>();
  private @Nullable Libraries libraries;

  /**
   * @param folders with CUDA that the loader is not told of, in the manner of {@code PATH}; those
   *     of the variable {@code FETTLE_CUDA_PATH} come after them
   */
  public Cuda(Host host, Optional<String> folders) {
    this.host = host;
    folders.ifPresent(list -> given.addAll(Libraries.split(list)));
    host.variable(VARIABLE).ifPresent(list -> given.addAll(Libraries.split(list)));
  }

  /** Looked for once, and not before somebody asks: it takes a process. */
  private synchronized Libraries libraries() {
    Libraries known = libraries;
    if (known == null) {
      known = new Libraries(host, given);
      libraries = known;
    }
    return known;
  }

  /** Where a library lies that is loaded by {@link #load}, or would be. */
  public Optional<Path> find(String library) {
    return libraries().find(library);
  }

  /** CUDA on the machine this process runs on. */
  public static Cuda here(Optional<String> folders) {
    return new Cuda(Host.here(), folders);
  }

  /** The cards. */
  public Gpus gpus() {
    return Gpus.of(host);
  }

  /**
   * Whether a runtime can use a card, as far as can be told without loading anything; where it
   * cannot, the first thing to mend.
   */
  public Availability check(Device device, Needs needs) {
    Gpus gpus = gpus();
    boolean known = !gpus.visible().isEmpty() || gpus.hidden() > 0;
    if (known && device.index() >= gpus.visible().size()) {
      return Availability.no(device + " is not there: this machine shows " + gpus);
    }
    if (!isLinux()) {
      return Availability.yes("CUDA is looked for when the device is opened");
    }
    if (find(DRIVER).isEmpty()) {
      return cannot(
          device,
          missing(List.of(DRIVER)) + ", the NVIDIA driver's library; this machine shows " + gpus);
    }
    if (known) {
      Optional<String> old = tooOld(gpus.visible().get(device.index()), needs);
      if (old.isPresent()) {
        return cannot(device, old.get());
      }
    }
    List<String> absent = absent(needs);
    if (!absent.isEmpty()) {
      return cannot(
          device,
          missing(absent)
              + "; "
              + needs.runtime()
              + " needs "
              + needs.versions()
              + ": install them, or name their folder in backend.options."
              + SETTING
              + " or "
              + VARIABLE);
    }
    String name = known ? gpus.visible().get(device.index()).toString() : device.toString();
    return Availability.yes(name);
  }

  private static Availability cannot(Device device, String why) {
    return Availability.no(device + " cannot be used: " + why);
  }

  private static boolean isLinux() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
  }

  private static Optional<String> tooOld(Gpu gpu, Needs needs) {
    return gpu.cuda()
        .filter(version -> major(version) < needs.major())
        .map(
            version ->
                "its driver "
                    + gpu.driver().orElse("")
                    + " runs CUDA "
                    + version
                    + " at most, and "
                    + needs.runtime()
                    + " needs "
                    + needs.versions()
                    + "; install a newer driver");
  }

  private static int major(String version) {
    String digits = version.split("\\.", 2)[0];
    return digits.matches("\\d{1,6}") ? Integer.parseInt(digits) : Integer.MAX_VALUE;
  }

  private List<String> absent(Needs needs) {
    List<String> absent = new ArrayList<>();
    for (String library : needs.libraries()) {
      if (find(library).isEmpty()) {
        absent.add(library);
      }
    }
    if (needs.compiles()) {
      if (libdevice().isEmpty()) {
        absent.add(WHERE_LIBDEVICE);
      }
      if (find(DRIVER_COMPILER).isEmpty() && ptxas().isEmpty()) {
        absent.add("ptxas (or the driver's " + DRIVER_COMPILER + ")");
      }
    }
    return absent;
  }

  /** With a word on what lies there in place of the first of them of which something does. */
  private String missing(List<String> absent) {
    return String.join(", ", absent)
        + " not found"
        + absent.stream()
            .flatMap(library -> libraries().insteadOf(library).stream())
            .findFirst()
            .map(other -> " (" + other + ")")
            .orElse("");
  }

  /** CUDA's library of functions for compiled kernels. */
  public Optional<Path> libdevice() {
    return compilerHomes().stream()
        .map(home -> home.resolve(WHERE_LIBDEVICE))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private List<Path> compilerHomes() {
    List<Path> homes = new ArrayList<>();
    host.variable("XLA_FLAGS").stream()
        .flatMap(flags -> List.of(flags.split("\\s+")).stream())
        .filter(flag -> flag.startsWith("--xla_gpu_cuda_data_dir="))
        .forEach(flag -> homes.addAll(Libraries.split(flag.substring(flag.indexOf('=') + 1))));
    homes.addAll(libraries().homes());
    for (Path home : libraries().homes()) {
      homes.add(home.resolve("cuda_nvcc"));
      homes.add(home.resolve("nvidia/cuda_nvcc"));
    }
    return homes;
  }

  private Optional<Path> ptxas() {
    List<Path> folders = new ArrayList<>();
    host.variable("PATH").ifPresent(path -> folders.addAll(Libraries.split(path)));
    compilerHomes().forEach(home -> folders.add(home.resolve("bin")));
    return folders.stream().map(f -> f.resolve("ptxas")).filter(Files::isExecutable).findFirst();
  }

  /**
   * Loads what a runtime needs, from wherever it lies: the runtime then finds it by its name, also
   * where the loader would not look. Whatever does not load is named.
   *
   * @throws DeviceUnavailableException naming the library, in one line
   */
  public void load(Device device, Needs needs) {
    List<String> wanted = new ArrayList<>(List.of(DRIVER));
    wanted.addAll(needs.libraries());
    for (String library : wanted) {
      Optional<Path> file = find(library);
      if (file.isPresent()) {
        load(device, needs, file.get());
      }
    }
  }

  private void load(Device device, Needs needs, Path file) {
    try {
      host.loader().accept(file.toAbsolutePath());
    } catch (UnsatisfiedLinkError e) {
      String why = String.valueOf(e.getMessage());
      // Then it is in the process, which is what is wanted.
      if (!why.contains("already loaded in another")) {
        throw new DeviceUnavailableException(
            cannot(device, why(file, why)).detail()
                + "; "
                + needs.runtime()
                + " needs "
                + needs.versions(),
            e);
      }
    }
  }

  /** The loader's complaint in a few words: which library lacks which. */
  private static String why(Path file, String complaint) {
    String name = String.valueOf(file.getFileName());
    Matcher absent = ABSENT.matcher(complaint);
    if (absent.find() && !absent.group(1).equals(name)) {
      return absent.group(1) + " not found, which " + file + " needs";
    }
    String text = complaint.lines().findFirst().orElse("").replace(file + ": ", "");
    return file + " does not load: " + text;
  }
}
