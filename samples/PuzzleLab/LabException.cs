namespace Hrm.Samples.PuzzleLab;

/// <summary>Something on the command line or in a settings file is wrong; the message is for the person who typed it.</summary>
public sealed class LabException(string message) : Exception(message);
