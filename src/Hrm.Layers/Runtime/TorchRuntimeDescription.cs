namespace Hrm.Layers;

/// <summary>Which native libraries TorchSharp runs on, for bug reports.</summary>
/// <param name="NativeLibrary">The path of TorchSharp's own library; null before it is loaded.</param>
/// <param name="Libtorch">The path of libtorch's main library; null before it is loaded.</param>
/// <param name="RelaxedVersion">
/// The symbol version that the host's libstdc++ lacks and that was marked optional in a copy of TorchSharp's library
/// (<c>GLIBCXX_3.4.32</c>); null where the library was loaded as it is.
/// </param>
public sealed record TorchRuntimeDescription(string? NativeLibrary, string? Libtorch, string? RelaxedVersion);
