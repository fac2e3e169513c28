namespace Hrm.Training;

/// <summary>How far the writing of a dataset has come.</summary>
/// <param name="Split">The split that is being written.</param>
/// <param name="Groups">The groups of it that are written.</param>
/// <param name="Examples">The examples of it that are written.</param>
public readonly record struct DatasetWriteProgress(string Split, int Groups, int Examples);
