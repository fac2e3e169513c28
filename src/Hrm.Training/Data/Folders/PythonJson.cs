using System.Globalization;
using System.Text;

namespace Hrm.Training;

/// <summary>JSON as Python's writer lays it out, so that files with the same content have the same bytes.</summary>
internal static class PythonJson
{
    /// <summary>A text in quotes, everything but printable ASCII escaped.</summary>
    public static string Text(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                >= ' ' and <= '~' => quoted.Append(character),
                _ => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A number that always has a point, as Python's floats do; for magnitudes that need no exponent.</summary>
    public static string Float(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('.') ? text : text + ".0";
    }

    public static string Integer(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "null";
}
