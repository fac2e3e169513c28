using TorchSharp;

namespace Consumer;

/// <summary>Touches torch before any type of Hrm: the initializer that the package adds to this project has to make it load.</summary>
internal static class First
{
    public static void Run() => Forward.Run(torch.ones(2, 3).sum().item<float>());
}
