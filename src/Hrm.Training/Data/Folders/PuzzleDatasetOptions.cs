namespace Hrm.Training;

/// <summary>Settings for every split of a dataset to write.</summary>
public sealed class PuzzleDatasetOptions
{
    /// <summary>V, the number of token values. Required.</summary>
    public int VocabularySize { get; set; }

    /// <summary>The number of tokens per example. Required.</summary>
    public int SequenceLength { get; set; }

    /// <summary>
    /// The value that the files store for <see cref="PuzzleBatch.IgnoredLabel"/>; <see langword="null"/> if every label counts. Default 0.
    /// </summary>
    public int? IgnoreLabelId { get; set; } = 0;

    /// <summary>True to replace an existing dataset. A folder with other contents is never replaced. Default false.</summary>
    public bool Overwrite { get; set; }
}

/// <summary>A split of a dataset to write.</summary>
/// <param name="Name">The name of its folder, for instance <c>train</c>.</param>
/// <param name="Groups">Its groups, enumerated once, in order.</param>
public sealed record PuzzleSplit(string Name, IEnumerable<PuzzleGroup> Groups);
