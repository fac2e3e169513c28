namespace Hrm.Training;

/// <summary>What holds for every split of a dataset that is to be written.</summary>
public sealed class PuzzleDatasetOptions
{
    /// <summary>V, the number of token values. No default: it has to be set.</summary>
    public int VocabularySize { get; set; }

    /// <summary>The number of tokens of an example. No default: it has to be set.</summary>
    public int SequenceLength { get; set; }

    /// <summary>The token of padding, which the files state. Default 0, with which <see cref="PuzzleLoader"/> fills batches.</summary>
    public int PadId { get; set; }

    /// <summary>
    /// The label that stands for <see cref="Core.PuzzleBatch.IgnoredLabel"/> in the files; <see langword="null"/> where every label
    /// counts. Default 0.
    /// </summary>
    public int? IgnoreLabelId { get; set; } = 0;

    /// <summary>The name of the one set of each split. Default <c>all</c>.</summary>
    public string SetName { get; set; } = "all";

    /// <summary>Whether a dataset that is there already is replaced. A folder that holds anything else never is. Default no.</summary>
    public bool Overwrite { get; set; }
}
