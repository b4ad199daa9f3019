/**
 * Writes the pages below {@code docs/reference} that say what the code says, and fails where the
 * pages that are checked in differ. {@code mvn test -pl operator,storage-runtime -am
 * -Dtest='*ReferenceTest' -Ddocs.write=true -Dsurefire.failIfNoSpecifiedTests=false} writes them
 * anew.
 */
@NullMarked
package dev.objectdb.operator.reference;

import org.jspecify.annotations.NullMarked;
