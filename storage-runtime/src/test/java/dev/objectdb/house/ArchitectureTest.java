package dev.objectdb.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The only arrows between the packages of this module; ARCHITECTURE.md draws them. */
@AnalyzeClasses(packages = "dev.objectdb", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String BASE = "dev.objectdb.";

  /** What each package may use, besides itself and {@code object}. */
  private static final Map<String, List<String>> ARROWS =
      Map.of(
          "object", List.of(),
          "codec.pickle", List.of(),
          "codec.json", List.of("codec.pickle"),
          "codec", List.of("codec.json", "codec.pickle"),
          "storage", List.of(),
          "merge", List.of("codec.pickle"),
          "storage.pg", List.of("storage", "merge", "codec", "codec.pickle"),
          "zeo", List.of("storage", "codec.pickle"),
          "server", List.of("zeo", "storage", "storage.pg"),
          "cli", List.of("storage", "storage.pg", "server", "crds.v1alpha1"));

  @ArchTest
  static void packagesUseOnlyWhatTheDesignAllows(JavaClasses classes) {
    ARROWS.forEach((name, uses) -> onlyUses(name, uses).check(classes));
  }

  @ArchTest
  static final ArchRule everyPackageHasItsPlaceInTheDesign =
      classes()
          .that()
          .resideInAPackage("dev.objectdb..")
          .should()
          .resideInAnyPackage(
              Stream.concat(ARROWS.keySet().stream(), Stream.of("crds.v1alpha1"))
                  .map(name -> BASE + name)
                  .toArray(String[]::new));

  @ArchTest
  static final ArchRule sqlStaysInTheEngine =
      noClasses()
          .that()
          .resideOutsideOfPackage(BASE + "storage.pg")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql", "javax.sql", "org.postgresql..", "com.zaxxer..");

  /** Machines disagree about the time: tids, and how old a row is, go by the database's clock. */
  @ArchTest
  static final ArchRule theEngineHasNoClockOfItsOwn =
      noClasses()
          .that()
          .resideInAPackage(BASE + "storage.pg")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Instant")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.Date");

  @ArchTest
  static final ArchRule nothingIsDeserialised =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectInputStream");

  private static ArchRule onlyUses(String name, List<String> uses) {
    String[] allowed =
        Stream.concat(Stream.of(name, "object"), uses.stream())
            .map(used -> BASE + used)
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(BASE + name)
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.objectdb..").and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true);
  }
}
