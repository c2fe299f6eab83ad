package dev.fettle.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What is published says what Maven Central asks for, and the BOM manages no more than Fettle. */
class PublishedPomsTest {
  private static final Path ROOT = Path.of(System.getProperty("fettle.root", ".."));
  private static final String MANAGED = "/project/dependencyManagement/dependencies/dependency";
  private static final List<String> ASKED_FOR =
      List.of(
          "name",
          "description",
          "url",
          "licenses/license/name",
          "licenses/license/url",
          "developers/developer/name",
          "scm/connection",
          "scm/developerConnection",
          "scm/url",
          "issueManagement/system",
          "issueManagement/url");

  private final XPath xpath = XPathFactory.newInstance().newXPath();

  /** A POM as it is written. */
  private record Pom(Path folder, Document document) {}

  private static Pom pom(Path folder)
      throws IOException, ParserConfigurationException, SAXException {
    return new Pom(
        folder,
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(folder.resolve("pom.xml").toFile()));
  }

  private String text(Pom pom, String path) throws XPathExpressionException {
    return xpath.evaluate(path, pom.document()).strip();
  }

  private List<String> texts(Pom pom, String path) throws XPathExpressionException {
    NodeList nodes = (NodeList) xpath.evaluate(path, pom.document(), XPathConstants.NODESET);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent().strip());
    }
    return texts;
  }

  private List<Pom> published() throws Exception {
    List<Pom> published = new ArrayList<>();
    for (String module : texts(pom(ROOT), "/project/modules/module")) {
      Pom pom = pom(ROOT.resolve(module));
      if (!text(pom, "/project/properties/maven.deploy.skip").equals("true")
          && !module.equals("bom")) {
        published.add(pom);
      }
    }
    return published;
  }

  @Test
  void theParentAndTheBomSayEverythingTheyMust() throws Exception {
    for (Pom pom : List.of(pom(ROOT), pom(ROOT.resolve("bom")))) {
      for (String asked : ASKED_FOR) {
        assertThat(text(pom, "/project/" + asked)).as("%s of %s", asked, pom.folder()).isNotEmpty();
      }
    }
    // Else Maven would add the module's name to them.
    for (String link :
        List.of(
            "/project/@child.project.url.inherit.append.path",
            "/project/scm/@child.scm.connection.inherit.append.path",
            "/project/scm/@child.scm.developerConnection.inherit.append.path",
            "/project/scm/@child.scm.url.inherit.append.path")) {
      assertThat(text(pom(ROOT), link)).as(link).isEqualTo("false");
    }
  }

  @Test
  void everyModuleHasANameADescriptionAndAModuleNameOfItsOwn() throws Exception {
    List<String> names = new ArrayList<>();
    for (Pom pom : published()) {
      assertThat(text(pom, "/project/name")).as("name of %s", pom.folder()).isNotEmpty();
      assertThat(text(pom, "/project/description")).as(pom.folder().toString()).isNotEmpty();
      assertThat(text(pom, "/project/parent/artifactId")).isEqualTo("fettle-parent");
      String module = text(pom, "/project/properties/fettle.module");
      assertThat(module).as("module name of %s", pom.folder()).startsWith("dev.fettle");
      names.add(module);
    }
    assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(12);
  }

  @Test
  void theBomManagesFettlesModulesAndProtobuf() throws Exception {
    Pom bom = pom(ROOT.resolve("bom"));
    Pom parent = pom(ROOT);
    Map<String, String> wanted = new TreeMap<>();
    for (Pom pom : published()) {
      wanted.put(text(pom, "/project/artifactId"), text(parent, "/project/version"));
    }
    wanted.put("protobuf-java", text(parent, "/project/properties/version.protobuf"));
    Map<String, String> managed = new TreeMap<>();
    List<String> artifacts = texts(bom, MANAGED + "/artifactId");
    assertThat(artifacts).doesNotHaveDuplicates();
    for (int i = 0; i < artifacts.size(); i++) {
      managed.put(artifacts.get(i), texts(bom, MANAGED + "/version").get(i));
    }
    assertThat(managed).isEqualTo(wanted);
    assertThat(text(bom, "/project/version")).isEqualTo(text(parent, "/project/version"));
    assertThat(text(bom, "/project/parent")).isEmpty();
    // Each is managed for the build itself too.
    assertThat(texts(parent, MANAGED + "[groupId='dev.fettle']/artifactId"))
        .containsAll(managed.keySet().stream().filter(a -> a.startsWith("fettle-")).toList());
  }

  @Test
  void noLibraryDrawsOnTheConsole() throws Exception {
    for (Pom pom : published()) {
      if (!pom.folder().endsWith("cli")) {
        assertThat(texts(pom, "/project/dependencies/dependency[not(scope='test')]/artifactId"))
            .as("dependencies of %s", pom.folder())
            .doesNotContain("progressbar", "jline", "picocli", "slf4j-simple");
      }
    }
  }
}
