using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Hrm.Core;

/// <summary>Binds options so that what cannot be read comes as the same exception as what is out of range.</summary>
internal static class CheckedBinding
{
    /// <summary>Fills options from a section.</summary>
    /// <param name="bind">Binds them with <see cref="Strict"/>; the call names their type, because trimmed applications need code generated for it.</param>
    /// <exception cref="OptionsValidationException">A key is unknown, or a value cannot be read.</exception>
    public static void Fill<TOptions>(Action bind)
        where TOptions : class
    {
        try
        {
            bind();
        }
        catch (InvalidOperationException error)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(TOptions), [Explain(error.Message)]);
        }
    }

    /// <summary>Makes an unknown key an error.</summary>
    public static void Strict(BinderOptions binder) => binder.ErrorOnUnknownConfiguration = true;

    /// <summary>The binder's text without its own names: it ends with the keys that are unknown.</summary>
    private static string Explain(string message)
    {
        const string Unknown = "were not found on the instance of ";
        var place = message.IndexOf(Unknown, StringComparison.Ordinal);
        return place < 0 ? message : $"expected known settings, got{message[message.IndexOf(": ", place, StringComparison.Ordinal)..].TrimStart(':')}";
    }
}
