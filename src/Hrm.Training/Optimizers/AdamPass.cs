using System.Runtime.Intrinsics;

namespace Hrm.Training;

/// <summary>A step of the Adam family that reads and writes weights, gradients and averages once each.</summary>
/// <remarks>
/// The memory is what limits it: AdamATan2 took 1.04 and AdamW 0.98 times the time of a pass that adds one array to three
/// others (27M values, AVX-512, 2 threads). With vectors of 256 bits in the place of 512 it took 1.16 times as
/// long. Fetching ahead by hand gained nothing. Source of the comparison with eager operations: benchmarks/README.md.
/// </remarks>
/// <typeparam name="TRule">The direction.</typeparam>
internal static unsafe class AdamPass<TRule>
    where TRule : struct, IAdamRule
{
    private static readonly int Lanes = Vector512<float>.Count;

    /// <summary>Updates every parameter.</summary>
    /// <param name="parameters">Where they lie.</param>
    /// <param name="lengths">The number of values of each.</param>
    /// <param name="threads">The number of threads; the result does not depend on it.</param>
    public static void Run(IReadOnlyList<AdamMemory> parameters, IReadOnlyList<long> lengths, int threads)
    {
        var chunks = Chunk.Cut(lengths);
        ChunkedPass.Run(chunks.Length, threads, index => Update(parameters[chunks[index].Tensor].From(chunks[index].Offset), chunks[index].Length));
    }

    private static void Update(AdamMemory memory, int length)
    {
        var rest = length % Lanes;
        Walk(memory, length - rest);
        if (rest > 0)
        {
            WalkRest(memory.From(length - rest), rest);
        }
    }

    /// <summary>What is left over goes through a vector padded with zeros, and so is computed as everything else.</summary>
    private static void WalkRest(AdamMemory memory, int length)
    {
        var values = stackalloc float[4 * Lanes];
        var padded = memory with { Weights = values, Gradients = values + Lanes, Means = values + (2 * Lanes), Squares = values + (3 * Lanes) };
        memory.CopyTo(padded, length);
        Walk(padded, Lanes);
        padded.CopyTo(memory, length);
    }

    private static void Walk(AdamMemory memory, int length)
    {
        var coefficients = memory.Coefficients;
        var beta1 = Vector512.Create((float)coefficients.Beta1);
        var beta2 = Vector512.Create((float)coefficients.Beta2);
        var share1 = Vector512.Create((float)(1 - coefficients.Beta1));
        var share2 = Vector512.Create((float)(1 - coefficients.Beta2));
        var correction = Vector512.Create((float)coefficients.Correction);
        var epsilon = Vector512.Create((float)coefficients.Epsilon);
        var decay = Vector512.Create((float)coefficients.Decay);
        var scale = Vector512.Create((float)coefficients.Scale);
        for (var i = 0; i < length; i += Vector512<float>.Count)
        {
            var gradient = Vector512.Load(memory.Gradients + i);
            var mean = Vector512.MultiplyAddEstimate(share1, gradient, beta1 * Vector512.Load(memory.Means + i));
            var square = Vector512.MultiplyAddEstimate(share2 * gradient, gradient, beta2 * Vector512.Load(memory.Squares + i));
            mean.Store(memory.Means + i);
            square.Store(memory.Squares + i);
            var direction = TRule.Direction(mean, Vector512.Sqrt(square) * correction, epsilon);
            Vector512.MultiplyAddEstimate(scale, direction, decay * Vector512.Load(memory.Weights + i)).Store(memory.Weights + i);
        }
    }
}
