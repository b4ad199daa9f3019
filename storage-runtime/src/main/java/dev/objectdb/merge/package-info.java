/**
 * Merges two changes of one object where that takes no code of the application: counters and
 * buckets of the BTrees package.
 *
 * <pre>
 *             base
 *            /    \
 *     committed   mine        two transactions started from base; one was first
 *            \    /
 *            merged           what both did to base, or nothing: then the client may try
 *
 *   BTrees.Length.Length             committed + mine - base
 *   BTrees.XXBTree.XXBucket, XXSet   key by key: each side may insert, delete and replace what
 *                                    the other left alone
 *   BTrees.XXBTree.XXBTree,          as long as all of it lies in one bucket, which is then kept
 *     XXTreeSet                      in its own record
 * </pre>
 *
 * <p>Invariant, and what the tests compare a million times: a merged record is equal to the one
 * that {@code tryToResolveConflict} of {@code ZODB/ConflictResolution.py} makes with the classes of
 * the BTrees package, in C and in Python. Where they refuse, where they differ, and where only
 * Python knows how two values compare, there is no merged record. Nothing is resolved or run.
 *
 * <p>Time and memory are linear in the three records: what is compared is walked through once.
 *
 * <p>Source: {@code MergeTemplate.c}, {@code BucketTemplate.c}, {@code BTreeTemplate.c}, {@code
 * _base.py} and {@code Length.py} of BTrees 6.5.
 */
@NullMarked
package dev.objectdb.merge;

import org.jspecify.annotations.NullMarked;
