using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>How a dataset is made of ARC tasks.</summary>
public sealed class ArcDatasetOptions : IValidatedOptions
{
    /// <summary>
    /// The augmentations of each task beside the task itself. 0 to 100,000, default 1,000. A task whose grids allow fewer different
    /// ones gets fewer: the search ends after five tries an augmentation.
    /// </summary>
    public int Augmentations { get; set; } = 1_000;

    /// <summary>
    /// Whether the examples of the train split lie at random places of the canvas, all but one of each puzzle, which stays at the
    /// origin. Default <see langword="true"/>.
    /// </summary>
    public bool Translations { get; set; } = true;

    /// <summary>What all chance comes from: the order of the tasks, the augmentations, the places. Default 0.</summary>
    public long Seed { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules().Between(nameof(Augmentations), Augmentations, 0, 100_000).Errors;
}
