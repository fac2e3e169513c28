using System.Reflection;
using System.Runtime.Loader;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Runtime.Tests;

/// <summary>TorchSharp and Hrm.Runtime in a separate context, as a host loads a plug-in.</summary>
public sealed class PlugInTests
{
    private static readonly string[] Names = ["Hrm.Runtime", "Hrm.Runtime.Tests", "TorchSharp"];

    [LinuxX64Fact]
    public void Plug_in_uses_torch()
    {
        TorchRuntime.EnsureLoaded();

        InPlugIn(AppContext.BaseDirectory).Should().Be(6F);
    }

    [LinuxX64Fact]
    public void Plug_in_with_a_second_libtorch_is_rejected_with_advice()
    {
        TorchRuntime.EnsureLoaded();
        using var folder = new TemporaryFolder();
        foreach (var name in Names)
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, name + ".dll"), folder[name + ".dll"]);
        }

        File.Copy(NativeTorchSharp.FullPath, folder["libLibTorchSharp.so"]);
        foreach (var name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            File.WriteAllBytes(folder[name], []);
        }

        var act = () => InPlugIn(folder.Path);

        var error = act.Should().Throw<TargetInvocationException>().Which.GetBaseException();
        error.GetType().Name.Should().Be(nameof(TorchLoadException));
        error.Message.Should().Match($"Expected no other libtorch than {folder["libtorch_cpu.so"]}, but * is in use already.*in the host, and share them*");
    }

    /// <summary>Runs in the plug-in.</summary>
    internal static float Sum()
    {
        using var ones = torch.ones(2, 3);
        using var sum = ones.sum();
        return sum.item<float>();
    }

    private static object? InPlugIn(string folder) => new PlugInContext(folder).LoadFromAssemblyName(typeof(PlugInTests).Assembly.GetName())
        .GetType(typeof(PlugInTests).FullName!)!.GetMethod(nameof(Sum), BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, null);

    /// <summary>Loads by path, as with an <see cref="AssemblyDependencyResolver"/>: a library that does not load is an exception.</summary>
    private sealed class PlugInContext(string folder) : AssemblyLoadContext
    {
        protected override Assembly? Load(AssemblyName name) =>
            Names.Contains(name.Name) ? LoadFromAssemblyPath(Path.Combine(folder, name.Name + ".dll")) : null;

        protected override nint LoadUnmanagedDll(string name) =>
            Path.Combine(folder, $"lib{name}.so") is var path && File.Exists(path) ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
