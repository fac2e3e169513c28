namespace Hrm.Benchmarks.Measuring;

/// <summary>A ratio of times.</summary>
/// <param name="Median">The median over the rounds: the number that is held against a bar.</param>
/// <param name="LowerQuartile">A quarter of the rounds lie below.</param>
/// <param name="UpperQuartile">A quarter of the rounds lie above.</param>
/// <param name="OfMinima">The shortest time over the shortest time: where the two differ much, the machine was disturbed.</param>
internal readonly record struct RatioEstimate(double Median, double LowerQuartile, double UpperQuartile, double OfMinima);
