using Hrm.Core;

namespace Hrm.Samples;

/// <summary>The 9×9 Sudoku model that comes with the samples: <c>samples/models/sudoku-9x9</c>, whose README says what it can do.</summary>
public static class ShippedModel
{
    /// <summary>M: some hard puzzles are solved in the last of them.</summary>
    public const int MaxSegments = 64;

    /// <summary>How sure the model has to be of its answer to stop before.</summary>
    public const double Confidence = 0.95;

    /// <summary>The folder of the model, beside the program.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "models", "sudoku-9x9");

    /// <summary>Stops a puzzle when the model is confident of its answer.</summary>
    public static IHaltingPolicy Halting { get; } = new ConfidenceHalting(Confidence);
}
