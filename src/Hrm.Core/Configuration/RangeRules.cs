using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Hrm.Core;

/// <summary>Options that know the ranges of their fields.</summary>
internal interface IValidatedOptions
{
    /// <summary>Finds every field that is out of its range.</summary>
    /// <returns>One line per bad field with its name, the expected range and the value; empty if all are valid.</returns>
    IReadOnlyList<string> FindErrors();
}

/// <summary>Validates options of a service collection; every bad field is reported at once.</summary>
internal sealed class OptionsValidator<TOptions> : IValidateOptions<TOptions>
    where TOptions : class, IValidatedOptions
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = options.FindErrors();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors.Select(error => RangeRules.Named(name, error)));
    }
}

/// <summary>Collects every field that is out of its range, so that all are reported at once.</summary>
/// <param name="rename">The name to report for a field; <see langword="null"/> reports it as it is.</param>
internal sealed partial class RangeRules(Func<string, string>? rename = null)
{
    private readonly List<string> _errors = [];

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>An error of named options, with their name.</summary>
    public static string Named(string? name, string error) => string.IsNullOrEmpty(name) ? error : $"{name}: {error}";

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

    /// <summary>Checks the name of a device; whether the machine has it is found when it is used.</summary>
    public RangeRules Device(string field, string? name)
        => Check(field, $"'{name}'", name is not null && DeviceName().IsMatch(name), "cpu, mps, cuda or cuda:0, cuda:1, …");

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

    [GeneratedRegex(@"^(cpu|mps|cuda(:\d{1,2})?)\z")]
    private static partial Regex DeviceName();
}

/// <summary>A configuration has fields that are missing, unknown or out of range; all are listed.</summary>
/// <param name="source">The file name or the kind of configuration.</param>
/// <param name="errors">One line per bad field: name, value and expected range.</param>
public sealed class InvalidConfigException(string source, IReadOnlyList<string> errors)
    : HrmException($"{source}: {string.Join("; ", errors)}.")
{
    /// <summary>One line per bad field.</summary>
    public IReadOnlyList<string> Errors { get; } = [.. errors.Select(MessageText.Printable)];

    internal static void ThrowIfInvalid(string source, IValidatedOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfAny(source, options.FindErrors());
    }

    internal static void ThrowIfAny(string source, IReadOnlyList<string> errors)
    {
        if (errors.Count > 0)
        {
            throw new InvalidConfigException(source, errors);
        }
    }
}
