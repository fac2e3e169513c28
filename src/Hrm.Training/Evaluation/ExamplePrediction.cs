namespace Hrm.Training;

/// <summary>What a model answered to one example of a dataset.</summary>
/// <param name="Example">The number of the example.</param>
/// <param name="PuzzleId">The id of its puzzle.</param>
/// <param name="Inputs">The tokens of the question, seq_len.</param>
/// <param name="Tokens">The likeliest token at each place, seq_len.</param>
/// <param name="Result">Whether it is right, after how many segments, and how sure.</param>
public sealed record ExamplePrediction(int Example, int PuzzleId, int[] Inputs, int[] Tokens, ExampleResult Result);
