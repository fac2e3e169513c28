namespace Hrm.Tool;

/// <summary>The command line or a settings file is not valid; the message is for the person who wrote it.</summary>
public sealed class LabException(string message) : HrmException(message);
