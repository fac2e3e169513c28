using TorchSharp;

namespace Hrm.Core;

/// <summary>
/// Named tensors on disk, one file or several, read one at a time. Reading from several threads is safe.
/// Dispose it to release the files; tensors read before stay valid.
/// </summary>
public interface IWeightsSource : IDisposable
{
    /// <summary>The file or folder that was opened.</summary>
    string Path { get; }

    /// <summary>The tensors' names, in the order in which their data stand.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Whether a tensor of this name is there.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>True if it is.</returns>
    bool Contains(string name);

    /// <summary>Element type, shape and place of a tensor, without reading it.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="WeightsFormatException">There is no tensor of this name.</exception>
    WeightsEntry GetEntry(string name);

    /// <summary>Reads a tensor into new memory on the CPU, with the element type of the file.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>
    /// The tensor, owned by the caller: like every new tensor it belongs to the caller's innermost dispose scope,
    /// if there is one.
    /// </returns>
    /// <exception cref="WeightsFormatException">There is no tensor of this name.</exception>
    torch.Tensor Read(string name);

    /// <summary>
    /// Copies a tensor into an existing one, on any device, of the same element type and shape: nothing is cast or
    /// broadcast. No gradient is recorded.
    /// </summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">The tensor that is overwritten.</param>
    /// <exception cref="WeightsFormatException">There is no tensor of this name, or its element type or shape differs.</exception>
    void CopyTo(string name, torch.Tensor destination);
}
