using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Options of <see cref="ArcDatasetBuilder"/>.</summary>
public sealed class ArcDatasetOptions : IValidatedOptions
{
    /// <summary>
    /// Augmentations per task, in addition to the task itself. 0 to 100,000, default 1,000. A task with fewer different variants gets
    /// fewer: the search ends after five draws per augmentation.
    /// </summary>
    public int Augmentations { get; set; } = 1_000;

    /// <summary>
    /// Whether the grids of the train split are placed at random on the canvas, except one example per puzzle, which stays at the
    /// origin. Default <see langword="true"/>.
    /// </summary>
    public bool Translations { get; set; } = true;

    /// <summary>Seed of the order of the tasks, the augmentations and the translations. Default 0.</summary>
    public long Seed { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules().Between(nameof(Augmentations), Augmentations, 0, 100_000).Errors;
}
