using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class StartNoiseTests
{
    [Fact]
    public void Noise_is_gaussian_and_that_of_one_state_is_independent_of_the_other()
    {
        const int Count = 10_001;
        var (high, low) = new StartNoise(0.5, Seed: 7).Draw(Count);
        foreach (var noise in new[] { high, low })
        {
            // Five standard errors of the mean are 0.025, of the deviation 0.018, of the share beyond one deviation 0.023.
            noise.Should().HaveCount(Count);
            var mean = noise.Average();
            mean.Should().BeApproximately(0, 0.025f);
            Math.Sqrt(noise.Average(value => Math.Pow(value - mean, 2))).Should().BeApproximately(0.5, 0.018);
            (noise.Count(value => Math.Abs(value) > 0.5) / (double)Count).Should().BeApproximately(0.3173, 0.023);
        }

        var pairs = high.Zip(low, (first, second) => first * second / 0.25).Average();
        pairs.Should().BeApproximately(0, 0.05);
        high.Zip(high.Skip(1), (first, second) => first * second / 0.25).Average().Should().BeApproximately(0, 0.05);
    }

    [Fact]
    public void Noise_depends_only_on_the_seed()
    {
        new StartNoise(1, -3).Draw(8).High.Should().Equal(new StartNoise(1, -3).Draw(8).High);
        new StartNoise(1, -3).Draw(8).High.Should().NotEqual(new StartNoise(1, 4).Draw(8).High);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Noise_is_added_to_the_initial_states_of_its_row_alone(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var config = Questions.Config with { ForwardDtype = dtype };
        using var model = TinyModel.Create(config, seed: 3);
        var puzzle = Questions.Draw(1, seed: 5)[0];
        var start = model.InitialCarry(1);
        var (high, low) = new StartNoise(0.5, 9).Draw(config.TokenCount * config.HiddenSize);
        var noisy = new HrmCarry(start.High + tensor(high).view(start.High.shape).to_type(dtype), start.Low + tensor(low).view(start.Low.shape).to_type(dtype));
        using var batch = PuzzleBatch.Create(puzzle.Tokens.Span, [], [puzzle.PuzzleId], config.SequenceLength);
        var expected = new[] { start, noisy, start }.Select(carry => Floats(model.call(carry, batch).Logits)).ToArray();

        using var rows = new TorchRows(model);
        rows.Enter([Row(null), Row(new StartNoise(0.5, 9)), Row(null)]);
        rows.Run(keepsResiduals: false, batches: null);
        var logits = rows.ReadLogits([0, 1, 2]);
        for (var row = 0; row < 3; row++)
        {
            tensor(logits[row]).BeCloseTo(tensor(expected[row]), dtype == ScalarType.Float32 ? 1e-5 : 2e-2, $"row {row}");
        }

        logits[1].Should().NotEqual(logits[0]);

        RunningRow Row(StartNoise? noise) => new(puzzle.Tokens.ToArray(), puzzle.PuzzleId, 1, halting: null) { Noise = noise };

        static float[] Floats(Tensor values) => values.to_type(ScalarType.Float32).flatten().data<float>().ToArray();
    }
}
