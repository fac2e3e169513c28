using System.Globalization;
using System.Numerics;

namespace Hrm.Core;

/// <summary>Collects every field that is out of its range, so that all are reported at once.</summary>
/// <param name="rename">The name to report for a field; <see langword="null"/> reports it as it is.</param>
internal sealed class RangeRules(Func<string, string>? rename = null)
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>The name that is reported for a field.</summary>
    public string NameOf(string field) => rename is null ? field : rename(field);

    public RangeRules Between<T>(string field, T value, T low, T high)
        where T : INumber<T>
        => Check(field, value, value >= low && value <= high, $"{Text(low)} … {Text(high)}");

    public RangeRules Positive(string field, double value)
        => Check(field, value, double.IsFinite(value) && value > 0, "a finite number above 0");

    public RangeRules NotNegative(string field, double value)
        => Check(field, value, double.IsFinite(value) && value >= 0, "a finite number of at least 0");

    public RangeRules OneOf<T>(string field, T value, params ReadOnlySpan<T> allowed)
        where T : struct, Enum
        => Check(field, value, allowed.Contains(value), string.Join(" or ", allowed.ToArray()));

    public RangeRules Check(string field, object value, bool holds, string expected)
    {
        if (!holds)
        {
            _errors.Add($"{NameOf(field)}: expected {expected}, got {Text(value)}");
        }

        return this;
    }

    /// <summary>Adds the errors of options that are a field of others, as <c>Field:NestedField</c>.</summary>
    public RangeRules Nested(string field, IValidatedOptions? options)
    {
        Check(field, "null", options is not null, "a value");
        _errors.AddRange((options?.FindErrors() ?? []).Select(error => $"{field}:{error}"));
        return this;
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
}
