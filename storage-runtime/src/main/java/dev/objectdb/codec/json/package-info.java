/**
 * The JSON form of a state: values to JSON and back.
 *
 * <pre>
 *   value     = null | bool | int | float | "text" | [value*] | {"key": value, ...}
 *             | {"@b": base64}  {"@bi": "digits"}  {"@t": [value*]}  {"@d": [[key, value]*]}
 *             | {"@set": [..]}  {"@fset": [..]}  {"@ns": base64 of text with U+0000}
 *             | {"@dt": ..}  {"@date": ..}  {"@time": ..}  {"@td": ..}  {"@dec": ..}  {"@uuid": ..}
 *             | {"@cls": [module, name]}                        a class by name
 *             | {"@cls": [module, name], "@s": state, ...}      an instance
 *             | {"@reduce": {"callable": .., "args": .., ...}}  any other object
 *             | {"@ref": ..}                                    a persistent reference
 *   BTrees    = {"@kv": [[key, value]*]}  {"@ks": [key*]}  {"@children": [..], "@first": ref}
 * </pre>
 *
 * <p>The forms are those of zodb-json-codec 1.7.0, character for character, because Python programs
 * read and write the same rows; what 1.6.1 wrote is read as well.
 *
 * <p>Not every value survives this form and PostgreSQL's JSONB. While it writes, {@link
 * dev.objectdb.codec.json.JsonStateWriter} therefore decides whether the value does: it is exact as
 * long as everything in it is on a list of what does. Whatever is not on that list makes it
 * inexact, and somebody else has to keep the bytes.
 */
@NullMarked
package dev.objectdb.codec.json;

import org.jspecify.annotations.NullMarked;
