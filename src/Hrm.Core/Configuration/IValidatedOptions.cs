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
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
