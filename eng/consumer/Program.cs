using TorchSharp;

// Before any type of Hrm: the initializer that the package adds to this project has to make TorchSharp load.
var sum = torch.ones(2, 3).sum().item<float>();
Consumer.Forward.Run(sum);
