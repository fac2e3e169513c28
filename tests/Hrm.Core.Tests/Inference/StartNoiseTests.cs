using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class StartNoiseTests
{
    [Fact]
    public void Noise_is_gaussian_and_changes_only_one_row()
    {
        using var scope = NewDisposeScope();
        var carry = new HrmCarry(zeros(3, 100, 100), zeros(3, 100, 100));
        new StartNoise(0.5, Seed: 7).AddTo(carry, 1);
        foreach (var state in new[] { carry.High, carry.Low })
        {
            state[0].count_nonzero().item<long>().Should().Be(0);
            state[2].count_nonzero().item<long>().Should().Be(0);

            // Of 10,000 values: five standard errors of the mean are 0.025, of the deviation 0.018.
            state[1].mean().item<float>().Should().BeApproximately(0, 0.025f);
            state[1].std().item<float>().Should().BeApproximately(0.5f, 0.018f);
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

    [Fact]
    public void Noise_fits_the_dtype_of_the_states()
    {
        using var scope = NewDisposeScope();
        var carry = new HrmCarry(zeros([1, 4, 8], ScalarType.BFloat16), zeros([1, 4, 8], ScalarType.BFloat16));
        new StartNoise(1, 1).AddTo(carry, 0);
        carry.High.dtype.Should().Be(ScalarType.BFloat16);
        carry.High.count_nonzero().item<long>().Should().Be(32);
    }
}
