using System.Diagnostics;
using System.Globalization;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>
/// <c>single</c>: one 9×9 puzzle, one segment of the 27M model, against the matrix products of the same shapes alone, in alternating
/// rounds.
/// </summary>
internal static class SingleCommand
{
    public const string Name = "single";

    private const int Rounds = 30;

    public static int Run()
    {
        foreach (var dtype in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            Measure(dtype);
        }

        return 0;
    }

    private static void Measure(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var config = HrmPresets.SudokuExtreme with { ForwardDtype = dtype };
        using var model = RandomModel.Create(config);

        // As a model that is loaded for solving: no weight is cast at a call.
        model.to(dtype);
        model.eval();
        using var batch = PuzzleBatch.Create([.. Enumerable.Range(0, config.SequenceLength).Select(cell => 1 + (cell % 10))], [], [0], config.SequenceLength);
        using var carry = model.InitialCarry(1);
        var products = new Products(config, dtype);
        var (segment, roofline) = (new List<double>(), new List<double>());
        for (var round = -3; round < Rounds; round++)
        {
            var taken = Time(() =>
            {
                using var output = NewDisposeScope();
                model.call(carry, batch);
            });
            var least = Time(products.Run);
            if (round >= 0)
            {
                segment.Add(taken);
                roofline.Add(least);
            }
        }

        var (whole, products1) = (Median(segment), Median(roofline));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{dtype}: a segment {whole:F1} ms, its matrix products {products1:F1} ms, {whole / products1:F2} times; median of {Rounds} rounds"));
    }

    private static double Time(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>The products of one segment: of the blocks, and of attention in them.</summary>
    private sealed class Products
    {
        private readonly int _passes;
        private readonly (Tensor Input, Tensor Weight)[][] _layers;
        private readonly Tensor _queries;
        private readonly Tensor _scores;

        public Products(HrmConfig config, ScalarType dtype)
        {
            var (tokens, width, inner) = (config.SequenceLength + 1L, config.HiddenSize, 1536L);
            (long Inputs, long Outputs)[] shapes = [(width, 3 * width), (width, width), (width, 2 * inner), (inner, width)];
            _layers = [.. Enumerable.Range(0, config.HighLayers + config.LowLayers).Select(_ => shapes.Select(shape => (
                randn([tokens, shape.Inputs], dtype), randn([shape.Outputs, shape.Inputs], dtype))).ToArray())];
            _queries = randn([config.Heads, tokens, width / config.Heads], dtype);
            _scores = randn([config.Heads, tokens, tokens], dtype);
            _passes = config.HighCycles * (config.LowCycles + 1) / 2;
        }

        /// <summary>N · (T · low layers + high layers) blocks, every weight as often as the model uses it on average.</summary>
        public void Run()
        {
            for (var pass = 0; pass < _passes; pass++)
            {
                foreach (var layer in _layers)
                {
                    using var scope = NewDisposeScope();
                    foreach (var (input, weight) in layer)
                    {
                        nn.functional.linear(input, weight);
                    }

                    bmm(_queries, _queries.transpose(1, 2));
                    bmm(_scores, _queries);
                }
            }
        }
    }
}
