using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Augmentation of a training example each time it is drawn.</summary>
public sealed class SudokuAugmentationOptions : IValidatedOptions
{
    /// <summary>Whether a random symmetry is applied to each example. Default <see langword="true"/>.</summary>
    public bool Symmetries { get; set; } = true;

    /// <summary>The share of examples that show a part of the answer, 0 (default) to 1. With 0.5 a small 9×9 model began to learn earlier.</summary>
    public double HintProbability { get; set; }

    /// <summary>Such an example has a uniform share of its blanks filled, between 0 and this. 0 to 1, default 0.5.</summary>
    public double MaxHintFraction { get; set; } = 0.5;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(HintProbability), HintProbability, 0, 1)
        .Between(nameof(MaxHintFraction), MaxHintFraction, 0, 1)
        .Errors;
}
