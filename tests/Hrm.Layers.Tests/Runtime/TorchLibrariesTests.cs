namespace Hrm.Layers.Tests;

public sealed class TorchLibrariesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Other_libtorch_without_a_folder_names_variable_and_command()
    {
        var act = () => TorchLibraries.FindLibtorchIn(_folder.Combine("none"));

        act.Should().Throw<TorchLoadException>().WithMessage($"HRM_LIBTORCH={_folder.Combine("none")}: no such folder.*python3 -c*");
    }

    [Fact]
    public void Other_libtorch_with_files_missing_names_them()
    {
        Touch("libc10.so");

        var act = () => TorchLibraries.FindLibtorchIn(_folder.FullPath);

        act.Should().Throw<TorchLoadException>().WithMessage("*the folder lacks libtorch_cpu.so, libtorch.so.*");
    }

    [Fact]
    public void Libraries_come_in_the_order_of_their_needs()
    {
        Touch("libtorch.so", "libtorch_cuda.so", "libc10.so", "libc10_cuda.so", "libtorch_cpu.so", "libtorch_python.so");

        TorchLibraries.FindLibtorchIn(_folder.FullPath).Select(path => Path.GetFileName(path))
            .Should().Equal("libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so");
    }

    [Fact]
    public void Application_may_spread_its_libraries_over_folders()
    {
        Touch("libc10.so", "libtorch.so");
        Directory.CreateDirectory(_folder.Combine("more"));
        Touch(Path.Combine("more", "libtorch_cpu.so"), Path.Combine("more", "libc10.so"));
        var libraries = new TorchLibraries([_folder.FullPath + Path.DirectorySeparatorChar, string.Empty, _folder.Combine("more")]);

        libraries.FindLibtorch(out var failure)
            .Should().Equal(_folder.Combine("libc10.so"), _folder.Combine("more", "libtorch_cpu.so"), _folder.Combine("libtorch.so"));
        failure.Should().BeNull();
    }

    [Fact]
    public void Application_without_libtorch_is_told_of_package_and_variable()
    {
        new TorchLibraries([_folder.FullPath]).FindLibtorch(out var failure);

        failure!.Message.Should().Contain(_folder.FullPath).And.Contain("TorchSharp-cpu").And.Contain("HRM_LIBTORCH");
    }

    [Fact]
    public void Application_without_the_native_library_is_told_where_it_comes_from()
    {
        new TorchLibraries([_folder.FullPath]).FindTorchSharp(out var failure).Should().BeNull();

        failure!.Message.Should().Match($"libLibTorchSharp.so is not in {_folder.FullPath}.*package TorchSharp*");
    }

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            File.WriteAllBytes(_folder.Combine(name), []);
        }
    }
}
