using Hrm.TestKit;

namespace Hrm.Runtime.Tests;

public sealed class TorchLibrariesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Other_libtorch_without_a_folder_or_files_names_variable_command_and_files()
    {
        var none = () => TorchLibraries.LibtorchIn(_folder["none"]);
        none.Should().Throw<TorchLoadException>().WithMessage($"HRM_LIBTORCH={_folder["none"]}: no such folder.*python3 -c*");

        Touch("libc10.so");
        var partial = () => TorchLibraries.LibtorchIn(_folder.Path);
        partial.Should().Throw<TorchLoadException>().WithMessage("*the folder lacks libtorch_cpu.so, libtorch.so.*");
    }

    [Fact]
    public void Libraries_follow_those_that_they_need()
    {
        Touch("libtorch.so", "libtorch_cuda.so", "libc10.so", "libc10_cuda.so", "libtorch_cpu.so", "libtorch_python.so");

        TorchLibraries.LibtorchIn(_folder.Path).Select(path => Path.GetFileName(path))
            .Should().Equal("libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so");
    }

    [Fact]
    public void Libraries_may_be_in_several_folders()
    {
        Touch("libLibTorchSharp.so", "libc10.so", "libtorch.so");
        Directory.CreateDirectory(_folder["more"]);
        Touch(Path.Combine("more", "libtorch_cpu.so"), Path.Combine("more", "libc10.so"));
        var libraries = new TorchLibraries([_folder.Path + Path.DirectorySeparatorChar, string.Empty, _folder["more"]]);

        libraries.Libtorch.Should().Equal(_folder["libc10.so"], _folder["more", "libtorch_cpu.so"], _folder["libtorch.so"]);
        libraries.Problem(needsLibtorch: true).Should().BeNull();
    }

    [Fact]
    public void Message_names_the_package_of_a_missing_library()
    {
        var libraries = new TorchLibraries([_folder.Path]);
        libraries.Problem(needsLibtorch: true)!.Message.Should().Match($"libLibTorchSharp.so is not in {_folder.Path}.*package TorchSharp*");

        Touch("libLibTorchSharp.so");
        libraries.Problem(needsLibtorch: false).Should().BeNull();
        libraries.Problem(needsLibtorch: true)!.Message.Should().Contain(_folder.Path).And.Contain("TorchSharp-cpu").And.Contain("HRM_LIBTORCH");
    }

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            File.WriteAllBytes(_folder[name], []);
        }
    }
}
