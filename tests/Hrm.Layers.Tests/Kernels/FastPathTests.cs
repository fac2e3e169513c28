using Hrm.Layers.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

public sealed class FastPathTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("on", false)]
    [InlineData("0", true)]
    [InlineData("off", true)]
    public void Environment_variable_switches_the_kernels_off(string? value, bool isOff)
        => FastPath.IsOff(value).Should().Be(isOff);

    [Fact]
    public void Kernels_apply_only_to_contiguous_float32_and_bfloat16()
    {
        using var scope = NewDisposeScope();
        FastPath.Applies(zeros(2, 3)).Should().Be(FastPath.IsOn);
        FastPath.Applies(zeros(2, 3, dtype: ScalarType.BFloat16)).Should().Be(FastPath.IsOn);
        FastPath.Applies(zeros(2, 3, dtype: ScalarType.Float64)).Should().BeFalse();
        FastPath.Applies(zeros(2, 3, dtype: ScalarType.Float16)).Should().BeFalse();
        FastPath.Applies(zeros(2, 3, dtype: ScalarType.Int32)).Should().BeFalse();
        FastPath.Applies(zeros(2, 3).t()).Should().BeFalse();
        FastPath.Applies(zeros(2, 3).narrow(1, 0, 2)).Should().BeFalse();
        FastPath.Applies(zeros(0, 3)).Should().BeFalse();
        FastPath.Applies(zeros(2, 3).to_sparse()).Should().BeFalse();
        FastPath.Applies(zeros([2, 3], device: META)).Should().BeFalse();
    }
}
