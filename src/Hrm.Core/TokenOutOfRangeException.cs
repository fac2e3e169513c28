namespace Hrm.Core;

/// <summary>A token, label or puzzle id is beyond the tables of the model, or negative.</summary>
public sealed class TokenOutOfRangeException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which value, where, and what range was expected.</param>
    public TokenOutOfRangeException(string message)
        : base(message)
    {
    }
}
