package dev.objectdb.codec.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** How floats are spelled: the fewest digits that give the same float back. */
final class JsonNumbers {
  /**
   * From here on a float without a fraction is spelled with an exponent, which JSONB turns into the
   * digits of an int.
   */
  static final double INT_LIKE_MIN = 1e16;

  /** Below this Java gives two digits even where one would do: 4.9E-324. */
  private static final double TINY = 1e-320;

  private JsonNumbers() {}

  /**
   * Spells a finite float.
   *
   * <pre>
   *   1e-5 &lt;= abs &lt; 1e16   decimal, with a fraction:    0.00001  1.0  1000000000000000.0
   *   else                    exponent, no plus:          1e16  1.2345e-7  5e-324
   * </pre>
   */
  static String spell(double value) {
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    StringBuilder out = new StringBuilder(24);
    if (value < 0) {
      out.append('-');
    }
    return spell(Math.abs(value), out).toString();
  }

  private static StringBuilder spell(double value, StringBuilder out) {
    String java = Double.toString(value); // 123.45 or 1.2345E-7, shortest but for one-digit ones
    int e = java.indexOf('E');
    int exponent = e < 0 ? 0 : Integer.parseInt(java.substring(e + 1));
    String mantissa = e < 0 ? java : java.substring(0, e);
    int point = mantissa.indexOf('.');
    String digits = mantissa.substring(0, point) + mantissa.substring(point + 1);
    exponent += point;
    int start = 0;
    while (digits.charAt(start) == '0') {
      start++;
    }
    int end = digits.length();
    while (digits.charAt(end - 1) == '0') {
      end--;
    }
    exponent -= start; // the value is 0.DIGITS times 10^exponent
    digits = digits.substring(start, end);
    if (value < TINY && digits.length() == 2) {
      BigDecimal one = new BigDecimal(value).round(new MathContext(1, RoundingMode.HALF_EVEN));
      if (one.doubleValue() == value) {
        digits = one.unscaledValue().toString();
        exponent = 1 - one.scale();
      }
    }
    return value >= INT_LIKE_MIN || value < 1e-5
        ? scientific(out, digits, exponent - 1)
        : decimal(out, digits, exponent);
  }

  private static StringBuilder scientific(StringBuilder out, String digits, int exponent) {
    out.append(digits.charAt(0));
    if (digits.length() > 1) {
      out.append('.').append(digits, 1, digits.length());
    }
    return out.append('e').append(exponent);
  }

  private static StringBuilder decimal(StringBuilder out, String digits, int exponent) {
    if (exponent <= 0) {
      return out.append("0.").repeat('0', -exponent).append(digits);
    }
    if (digits.length() <= exponent) {
      return out.append(digits).repeat('0', exponent - digits.length()).append(".0");
    }
    return out.append(digits, 0, exponent).append('.').append(digits, exponent, digits.length());
  }
}
