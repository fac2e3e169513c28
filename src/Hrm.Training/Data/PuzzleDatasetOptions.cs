namespace Hrm.Training;

/// <summary>Settings for every split of a dataset to write.</summary>
public sealed class PuzzleDatasetOptions
{
    /// <summary>V, the number of token values. Required.</summary>
    public int VocabularySize { get; set; }

    /// <summary>The number of tokens per example. Required.</summary>
    public int SequenceLength { get; set; }

    /// <summary>The padding token that the metadata state. Default 0, with which batches are filled.</summary>
    public int PadId { get; set; }

    /// <summary>
    /// The value that the files store for <see cref="Core.PuzzleBatch.IgnoredLabel"/>; <see langword="null"/> if every label counts. Default 0.
    /// </summary>
    public int? IgnoreLabelId { get; set; } = 0;

    /// <summary>The name of the one set of each split. Default <c>all</c>.</summary>
    public string SetName { get; set; } = "all";

    /// <summary>Whether an existing dataset is replaced. A folder with other contents never is. Default no.</summary>
    public bool Overwrite { get; set; }
}
