using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class StartNoiseTests
{
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Noise_is_gaussian_in_the_dtype_of_the_states_and_changes_only_one_row(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var carry = new HrmCarry(zeros([3, 100, 100], dtype), zeros([3, 100, 100], dtype));
        new StartNoise(0.5, Seed: 7).AddTo(carry, 1);
        foreach (var state in new[] { carry.High, carry.Low })
        {
            state.dtype.Should().Be(dtype);
            state[0].count_nonzero().item<long>().Should().Be(0);
            state[2].count_nonzero().item<long>().Should().Be(0);

            // Of 10,000 values: five standard errors of the mean are 0.025, of the deviation 0.018.
            var noise = state[1].to_type(ScalarType.Float32);
            noise.mean().item<float>().Should().BeApproximately(0, 0.025f);
            noise.std().item<float>().Should().BeApproximately(0.5f, 0.018f);
        }

        carry.High[1].Equals(carry.Low[1]).Should().BeFalse();
    }

    [Fact]
    public void Noise_depends_only_on_the_seed()
    {
        using var scope = NewDisposeScope();
        Tensor Draw(long seed, int row)
        {
            var carry = new HrmCarry(zeros(2, 4, 8), zeros(2, 4, 8));
            new StartNoise(1, seed).AddTo(carry, row);
            return carry.High[row];
        }

        Draw(-3, 0).Equals(Draw(-3, 1)).Should().BeTrue();
        Draw(-3, 0).Equals(Draw(4, 0)).Should().BeFalse();
    }
}
