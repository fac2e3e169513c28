using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A batch in parts gives the same gradients, halting, targets, metrics and random numbers as the whole batch.</summary>
public sealed class MicroBatchTests
{
    private const int Steps = 4;
    private const int SequenceLength = 15;

    /// <summary>
    /// 16 tokens per row with the prefix: the matrix products of a single row then take the path of the whole batch, and the
    /// states are equal bit for bit. With 7 (the other tests' model) libtorch uses another path, and the third segment's
    /// gradients differ by 1.6e-5.
    /// </summary>
    private static readonly HrmConfig Config = TinyModels.Config with
    {
        SequenceLength = SequenceLength,
        HiddenSize = 64,
        PuzzleEmbeddingWidth = 64,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)] // the last part has one row
    [InlineData(4)]
    [InlineData(100)]
    public void Parts_give_the_whole_batchs_gradients(int size)
    {
        var (whole, parts) = (Run(0), Run(size));
        for (var step = 0; step < Steps; step++)
        {
            parts[step].Keys.Should().Equal(whole[step].Keys);
            Close(All(parts[step]), All(whole[step]), 1e-6, $"the gradient of step {step}");
            foreach (var (name, expected) in whole[step])
            {
                // The sum over the rows has another order. If its terms cancel (queries and keys), a single matrix differs
                // more than the whole gradient: up to 1.3e-6 were measured.
                var tolerance = name is "halted" or "segments" ? 0 : name is "metrics" or "targets" ? 1e-6 : 2e-6;
                Close(parts[step][name], expected, tolerance, $"{name} at step {step}");
            }
        }

        static double[] All(Dictionary<string, double[]> values) => [.. values.Skip(4).SelectMany(entry => entry.Value)];
    }

    [Fact]
    public void Puzzle_rows_get_one_update_from_the_gradients_of_all_parts()
    {
        // The sign of a sum: if each part updated its rows, repeated ids would move twice.
        Weights(0).Should().Equal(Weights(1)).And.Equal(Weights(3));
        Weights(0).Should().Contain(value => value != 0);

        static float[] Weights(int size)
        {
            using var training = new TinyTraining(Options(size));
            var (model, trainer) = training;
            using var batch = RepeatedIds();
            trainer.Step(batch);
            return model.PuzzleEmbedding!.Weights.data<float>().ToArray();
        }
    }

    [Fact]
    public void Two_calls_before_the_update_add_up()
    {
        using var training = new TinyTraining(Options(0));
        var (model, trainer) = training;
        using var batch = RepeatedIds();
        trainer.ComputeGradients(batch);
        var first = TinyModels.Gradients(model);
        trainer.ComputeGradients(batch);
        var both = TinyModels.Gradients(model);
        trainer.PuzzleOptimizer!.Pending.Should().HaveCount(2);
        both["lm_head.weight"].Should().NotEqual(first["lm_head.weight"]);
        trainer.ApplyGradients();
        trainer.PuzzleOptimizer.Pending.Should().BeEmpty();
        trainer.StepCount.Should().Be(1);
    }

    private static TrainerOptions Options(int size)
    {
        var options = TinyTraining.Options(exploration: 0.5);
        options.MicroBatchSize = size;
        options.LearningRate = 0; // Otherwise the rounding of the steps would add up in the weights.
        return options;
    }

    private static PuzzleBatch RepeatedIds()
    {
        using var batch = TinyModels.Batch(1);
        return PuzzleBatch.Create(
            batch.Inputs.data<int>().ToArray(),
            batch.Labels!.data<int>().ToArray(),
            [2, 5, 2, 2],
            TinyModels.Config.SequenceLength);
    }

    /// <summary>By step: four values of the segment, then the gradients.</summary>
    private static List<Dictionary<string, double[]>> Run(int size)
    {
        using var training = new TinyTraining(Options(size), Config);
        var (model, trainer) = training;
        var traces = new List<Dictionary<string, double[]>>();
        for (var step = 0; step < Steps; step++)
        {
            using var batch = TinyModels.Batch(step, sequenceLength: SequenceLength);
            var segment = trainer.ComputeGradients(batch);
            using var rows = cat([.. trainer.PuzzleOptimizer!.Pending.Select(pending => pending.Gradient)]); // [B, W]
            var trace = new Dictionary<string, double[]>
            {
                ["halted"] = Values(segment.Halted),
                ["segments"] = Values(segment.Segments),
                ["metrics"] = Values(segment.Loss.Metrics),
                ["targets"] = Values(segment.ContinueTarget!),
                ["puzzle rows"] = Values(rows),
            };
            foreach (var (name, gradient) in TinyModels.Gradients(model))
            {
                trace[name] = [.. gradient.Select(value => (double)value)];
            }

            traces.Add(trace);
            trainer.ApplyGradients();
        }

        return traces;
    }

    private static double[] Values(Tensor tensor)
    {
        using var values = tensor.to_type(ScalarType.Float64, copy: true);
        return values.data<double>().ToArray();
    }

    private static void Close(double[] actual, double[] expected, double tolerance, string what)
    {
        actual.Should().HaveSameCount(expected);
        var deviation = Norm(actual.Zip(expected, (left, right) => left - right));
        deviation.Should().BeLessThanOrEqualTo(tolerance * Norm(expected), what);

        static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));
    }
}
