using System.Reflection;
using TorchSharp;

namespace Hrm.Runtime.Tests;

/// <summary>TorchSharp's real native library, as in the package.</summary>
internal static class NativeTorchSharp
{
    /// <summary>Its path beside the tests.</summary>
    public static string FullPath { get; } = TorchLibraries.OfApplication(typeof(torch).Assembly).Find(TorchLibraries.TorchSharp)!;

    /// <summary>A fresh copy of its bytes.</summary>
    public static byte[] Read() => File.ReadAllBytes(FullPath);
}
