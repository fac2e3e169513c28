namespace Hrm.Training;

/// <summary>A checkpoint that could not be used.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record DamagedCheckpoint(string Path, string Problem);
