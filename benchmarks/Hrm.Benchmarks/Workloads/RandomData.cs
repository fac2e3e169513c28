using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

/// <summary>Models and batches with seeded random values.</summary>
internal static class RandomData
{
    private const long Seed = 2506;
    private const double Deviation = 0.05;

    /// <summary>Creates a model. The Q head and the puzzle table, which start at zero, get noise: zeros would hide differences.</summary>
    public static HrmModel CreateModel(HrmConfig config, Device? device = null)
    {
        using var generator = new Generator(Seed, CPU);
        var model = new HrmModel(config, generator);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (name, tensor) in model.state_dict())
        {
            if (name is "q_head.weight" or "puzzle_emb.weights")
            {
                tensor.normal_(0, Deviation, generator);
            }
        }

        model.to(device ?? CPU);
        return model;
    }

    public static void ClearGradients(IEnumerable<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            tensor.grad = null;
        }
    }

    /// <summary>Creates a batch of random tokens, labels and ids. Time and memory do not depend on their values.</summary>
    public static PuzzleBatch CreateBatch(HrmConfig config, int rows, Device? device = null, long seed = Seed)
    {
        var random = new StatefulRandom(seed);
        return PuzzleBatch.Create(
            Draw(rows * config.SequenceLength, config.VocabularySize),
            Draw(rows * config.SequenceLength, config.VocabularySize),
            config.PuzzleEmbeddingWidth > 0 ? Draw(rows, config.PuzzleIdCount) : [],
            config.SequenceLength,
            device);

        int[] Draw(int length, int below) => [.. Enumerable.Range(0, length).Select(_ => random.Next(below))];
    }
}
