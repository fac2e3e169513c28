using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

internal static class ModelFolder
{
    public static HrmModel Load(string folder, Device device) => throw new InvalidOperationException(folder + device);

    public static void Save(HrmModel model, string folder) => throw new InvalidOperationException(folder + model);
}
