using System.Globalization;
using System.Numerics;

namespace Hrm.Core;

/// <summary>Reads typed fields of a mapping and collects what is wrong with them; keys that nobody asks for are ignored.</summary>
internal sealed class YamlFields(YamlMapping mapping)
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>A whole number; <paramref name="absent"/> stands in for a missing key, which is an error where it is null.</summary>
    public int Whole(string key, int? absent = null) => Number(key, "a whole number", NumberStyles.AllowLeadingSign, absent);

    /// <summary>A whole number, or null where the key is missing.</summary>
    public int? WholeOrNone(string key) => mapping.Items.ContainsKey(key) ? Whole(key) : null;

    /// <summary>A number.</summary>
    public double Real(string key, double? absent = null) => Number(key, "a number", NumberStyles.Float, absent);

    /// <summary>A truth value in YAML's spelling.</summary>
    public bool Flag(string key, bool absent)
        => !mapping.Items.TryGetValue(key, out var node) ? absent : node switch
        {
            YamlScalar { IsPlain: true, Value: "true" or "True" or "TRUE" } => true,
            YamlScalar { IsPlain: true, Value: "false" or "False" or "FALSE" } => false,
            _ => Fail<bool>(key, "true or false", node),
        };

    /// <summary>One of the texts that name a value.</summary>
    public T Choice<T>(string key, IReadOnlyDictionary<string, T> choices, T? absent = null)
        where T : struct
    {
        var expected = string.Join(" or ", choices.Keys);
        if (!mapping.Items.TryGetValue(key, out var node))
        {
            return absent ?? Fail<T>(key, expected, null);
        }

        return node is YamlScalar { Value: var text } && choices.TryGetValue(text, out var value) ? value : Fail<T>(key, expected, node);
    }

    private T Number<T>(string key, string expected, NumberStyles style, T? absent)
        where T : struct, INumber<T>
    {
        if (!mapping.Items.TryGetValue(key, out var node))
        {
            return absent ?? Fail<T>(key, expected, null);
        }

        return node is YamlScalar { IsPlain: true, Value: var text } && T.TryParse(text, style, CultureInfo.InvariantCulture, out var value)
            ? value
            : Fail<T>(key, expected, node);
    }

    private T Fail<T>(string key, string expected, YamlNode? node)
        where T : struct
    {
        var got = node switch
        {
            null => "none",
            YamlScalar scalar => $"{(scalar.IsPlain ? string.Empty : "the quoted text ")}{Quote.Text(scalar.Value)}",
            YamlMapping => "keys with values",
            _ => "a list",
        };
        _errors.Add($"{(node is null ? string.Empty : $"line {node.Line}, ")}arch.{key}: expected {expected}, got {got}");
        return default;
    }
}
