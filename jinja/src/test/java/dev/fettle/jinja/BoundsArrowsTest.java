package dev.fettle.jinja;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Nothing in the evaluator builds text, lists or maps but through the bounded builders, and nothing
 * searches in time that is not bounded: a new filter cannot forget to count.
 */
class BoundsArrowsTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("dev.fettle.jinja");

  /** The builders themselves, and what only reads a template's source, which has a length. */
  private static final Set<String> EXEMPT =
      Set.of(
          "Text",
          "Items",
          "Search",
          "Lexer",
          "Escapes",
          "TokenStream",
          "StatementParser",
          "ExpressionParser",
          "TemplateException",
          "Limits",
          "Bounds");

  /** Methods of String whose result or time may outgrow what they are called on. */
  private static final Set<String> OF_STRING =
      Set.of(
          "repeat",
          "replaceAll",
          "replaceFirst",
          "split",
          "join",
          "concat",
          "indent",
          "matches",
          "contains",
          "lines");

  private static final DescribedPredicate<JavaClass> EVALUATOR =
      DescribedPredicate.describe("classes of the evaluator", c -> !EXEMPT.contains(outer(c)));

  private static String outer(JavaClass c) {
    return c.getName().replaceAll(".*[.]", "").replaceAll("[$].*", "");
  }

  @Test
  void textIsBuiltByTextAlone() {
    noClasses()
        .that(EVALUATOR)
        .should()
        .accessTargetWhere(
            described(
                "builds text",
                access ->
                    access.getTargetOwner().isAssignableTo(StringBuilder.class)
                        || (access.getTargetOwner().isEquivalentTo(String.class)
                            && OF_STRING.contains(access.getName()))))
        .check(CLASSES);
  }

  @Test
  void listsAndMapsAreBuiltByItemsAndPyDictAlone() {
    Set<String> holders = Set.of("PyDict", "Frame", "Globals", "Output", "Expression", "Macro");
    noClasses()
        .that(EVALUATOR)
        .should()
        .accessTargetWhere(
            described(
                "builds lists or maps",
                access -> {
                  String owner = outer(access.getOriginOwner());
                  boolean collection =
                      access.getTargetOwner().isAssignableTo(Collection.class)
                          || access.getTargetOwner().isAssignableTo(Map.class);
                  // Parameters of macros, arguments by name, scopes: as many as the source has.
                  boolean registry =
                      access.getOrigin().getName().equals("<clinit>")
                          || Set.of("all", "ofDict", "ofList")
                              .contains(access.getOrigin().getName());
                  // Of another class's constructor, or that of the class it extends.
                  boolean own =
                      access.getTargetOwner().getPackageName().equals("dev.fettle.jinja")
                          || access.getTargetOwner().isEquivalentTo(AbstractList.class);
                  return collection
                      && access.getName().equals("<init>")
                      && !own
                      && !registry
                      && !holders.contains(owner)
                      && !isSetOfKeys(access);
                }))
        .check(CLASSES);
  }

  /** {@code unique} keeps the keys it has seen, and pays for each. */
  private static boolean isSetOfKeys(JavaAccess<?> access) {
    return access.getOrigin().getFullName().contains("SequenceFilters.unique");
  }

  @Test
  void nothingIsSearchedOrFormattedByRegularExpressionsOfTheTemplatesOwn() {
    noClasses()
        .that(EVALUATOR)
        .should()
        .accessTargetWhere(
            described(
                "compiles a pattern while it renders",
                access ->
                    access.getTargetOwner().isEquivalentTo(Pattern.class)
                        && !access.getOrigin().getName().equals("<clinit>")
                        && !access.getName().equals("matcher")))
        .check(CLASSES);
  }

  @Test
  void searchesForTextGoThroughSearch() {
    noClasses()
        .that(EVALUATOR)
        .should()
        .accessTargetWhere(
            described(
                "searches for a text",
                access ->
                    access.getTargetOwner().isEquivalentTo(String.class)
                        && List.of("indexOf", "lastIndexOf").contains(access.getName())
                        && access instanceof JavaCall<?> call
                        && call.getTarget()
                            .getRawParameterTypes()
                            .get(0)
                            .isEquivalentTo(String.class)))
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaAccess<?>> described(
      String text, Predicate<JavaAccess<?>> test) {
    return DescribedPredicate.describe(text, test);
  }

  /** Guards against a rule that looks at nothing. */
  @Test
  void theEvaluatorWasRead() {
    List<String> names = new ArrayList<>();
    CLASSES.stream().filter(EVALUATOR).forEach(c -> names.add(c.getSimpleName()));
    assertThat(names).contains("Filters", "StringMethods", "Values", "JsonText");
  }
}
