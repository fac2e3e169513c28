using TorchSharp;

namespace Hrm.Runtime.Tests;

public sealed class TorchRuntimeTests
{
    // Uses torch before any type of Hrm, so it needs the initializer that the build adds to this project.
    private static readonly torch.Tensor Ones = torch.ones(2, 3);

    [Fact]
    public void Torch_works_in_a_static_field() => Ones.sum().item<float>().Should().Be(6);

    [Fact]
    public void Loading_can_be_requested_repeatedly_from_many_threads()
    {
        var act = () => Parallel.For(0, 16, _ =>
        {
            TorchRuntime.Initialize();
            TorchRuntime.EnsureLoaded();
        });

        act.Should().NotThrow();
    }

    [LinuxX64Fact]
    public void Description_names_what_is_loaded()
    {
        TorchRuntime.EnsureLoaded();

        var description = TorchRuntime.Describe();

        Path.GetFileName(description.Libtorch).Should().Be("libtorch_cpu.so");
        var hostIsOld = !VersionRelaxation.IsOfferedByHost();
        description.RelaxedVersion.Should().Be(hostIsOld ? "GLIBCXX_3.4.32" : null);
        description.NativeLibrary.Should().Match(hostIsOld ? "*/libLibTorchSharp.so (deleted)" : NativeTorchSharp.FullPath);
    }
}
