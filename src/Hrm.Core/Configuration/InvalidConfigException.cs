namespace Hrm.Core;

/// <summary>A configuration has fields that are missing, unknown or out of range; all are listed.</summary>
public sealed class InvalidConfigException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="source">The file name or the kind of configuration.</param>
    /// <param name="errors">One line per bad field: name, value and expected range.</param>
    public InvalidConfigException(string source, IReadOnlyList<string> errors)
        : base($"{source}: {string.Join("; ", errors)}.")
    {
        Errors = [.. errors.Select(MessageText.Printable)];
    }

    /// <summary>One line per bad field.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>Throws if options have a field out of its range.</summary>
    internal static void ThrowIfInvalid(string source, IValidatedOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfAny(source, options.FindErrors());
    }

    /// <summary>Throws if there is an error.</summary>
    internal static void ThrowIfAny(string source, IReadOnlyList<string> errors)
    {
        if (errors.Count > 0)
        {
            throw new InvalidConfigException(source, errors);
        }
    }
}
