namespace Hrm.Training;

/// <summary>A training checkpoint is damaged, or belongs to another model or training.</summary>
public sealed class CheckpointException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The checkpoint's folder, or the file in it.</param>
    /// <param name="problem">The expected and the actual content.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointException(string path, string problem, Exception? innerException = null)
        : base($"{path}: {problem}", innerException!)
    {
        Path = path;
    }

    /// <summary>The checkpoint's folder, or the file in it.</summary>
    public string Path { get; }
}
