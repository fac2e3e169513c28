namespace Hrm.Fuzz.Mutations;

/// <summary>Values that often break parsers.</summary>
internal static class InterestingValues
{
    public static readonly long[] Integers =
    [
        0, 1, -1, 2, 7, 8, 9, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, int.MaxValue + 1L,
        uint.MaxValue, 1L << 32, 1L << 40, (1L << 53) + 1, long.MaxValue, long.MinValue, long.MaxValue - 7,
    ];

    public static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "00", "1.5", "1e1", "1e400", "-1e400", "NaN", "Infinity", "2147483647", "2147483648", "-2147483649", "4294967296",
        "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551616", "99999999999999999999999999", "0x10", "1_000", "٣", "+1", "1.0",
    ];

    public static readonly string[] JsonLiterals =
    [
        "null", "true", "false", "\"\"", "[]", "{}", "\"\\ud800\"", "\"\\u0000\"", "\"../../escape\"", "\"/etc/hostname\"", "[[]]", "{\"\":0}", "[null]", "\"é\"", "\"1\"",
        "0", "-1", "1.5", "1e400", "-0", "2147483648", "9223372036854775807", "9223372036854775808", "1e-400", "NaN", "[1,2,3]",
    ];

    public static readonly string[] Texts =
    [
        "", "\0", "\r\n", "\n\n", "\t", "\ufeff", "\u2028", "é", "🧩", "\"", "'", "\\", "\\ud800", ",", ";", ":", "..", "../", "/", "%s", "{0}", "<", "&amp;", "\u202e",
    ];
}
