namespace Hrm.Training;

/// <summary>An example that was drawn, and the puzzle it belongs to.</summary>
/// <param name="Example">The number of the example in its dataset.</param>
/// <param name="Puzzle">The number of the puzzle in its dataset.</param>
public readonly record struct SampledExample(int Example, int Puzzle);
