/**
 * Pickles as data: bytes to a closed tree of values and back. Nothing in a pickle is ever run, and
 * no class it names is ever looked up.
 *
 * <pre>
 *   bytes ── PickleReader ──→ PickleValue ── PickleWriter ──→ bytes (protocol 3)
 *            all opcodes,      a graph: what    no memo, except where a
 *            protocols 0-5     the pickle        value occurs twice
 *                              shares, it shares
 * </pre>
 *
 * <p>Invariants: reading takes time and memory linear in the input, and the number of values has a
 * limit of its own; no recursion while reading, so depth is not a limit; whatever is wrong with the
 * bytes is a {@link dev.objectdb.codec.pickle.CodecException} with the offset. A value whose
 * framing is sound but whose content makes no sense here (an extension code, text that is not
 * UTF-8) is a {@link dev.objectdb.codec.pickle.PickleValue.Foreign}, so that its neighbours can
 * still be read.
 *
 * <p>Source: {@code pickle.py} and {@code pickletools.py} of Python 3.
 */
@NullMarked
package dev.objectdb.codec.pickle;

import org.jspecify.annotations.NullMarked;
