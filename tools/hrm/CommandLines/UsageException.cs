namespace Hrm.Tool;

/// <summary>Thrown if the command line or a settings file is not valid; the message is for the user.</summary>
public sealed class UsageException(string message) : HrmException(message);
