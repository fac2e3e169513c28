using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>How training examples are varied each time they are drawn.</summary>
public sealed class SudokuAugmentationOptions : IValidatedOptions
{
    /// <summary>Whether each example is put through a random symmetry. Default <see langword="true"/>.</summary>
    public bool Symmetries { get; set; } = true;

    /// <summary>The share of examples that show part of the answer. 0 (default) to 1; 0.5 helped a small 9×9 model to start.</summary>
    public double HintProbability { get; set; }

    /// <summary>Such an example has a share of its blanks filled that is uniform between 0 and this. 0 to 1, default 0.5.</summary>
    public double MaxHintFraction { get; set; } = 0.5;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(HintProbability), HintProbability, 0, 1)
        .Between(nameof(MaxHintFraction), MaxHintFraction, 0, 1)
        .Errors;
}
