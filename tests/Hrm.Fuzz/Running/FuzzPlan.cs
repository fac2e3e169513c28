namespace Hrm.Fuzz.Running;

/// <summary>Which inputs are tried. An input is made of the seed and its number alone, so a number is enough to make it again.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Seed">Of the random numbers.</param>
/// <param name="First">The number of the first input.</param>
/// <param name="Inputs">How many inputs at most.</param>
/// <param name="Time">How long at most.</param>
/// <param name="Output">Where inputs that broke something are kept.</param>
internal sealed record FuzzPlan(string Target, long Seed, long First, long Inputs, TimeSpan Time, string Output);
